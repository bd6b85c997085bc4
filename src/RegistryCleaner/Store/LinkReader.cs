using System.Collections.Concurrent;
using RegistryCleaner.Naming;

namespace RegistryCleaner.Store;

/// <summary>Reads link files, a link that is met empty being read again.</summary>
internal static class LinkReader
{
    // "sha512:" and 128 digits.
    private const int MaxLength = 135;

    // In 2.8 and 3.0 a link is truncated and written in place: a reader may meet it empty, and finds it whole a moment later.
    private const int Reads = 3;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>What each link that exists says.</summary>
    /// <param name="files">Where the links are.</param>
    /// <param name="paths">The links.</param>
    /// <param name="onLink">Takes a path's index and what the link says. Called from several threads; the last call for a path counts.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async Task ReadEachAsync(IStoreFiles files, IReadOnlyList<string> paths, Action<int, Link> onLink, CancellationToken cancellationToken)
    {
        var empty = new ConcurrentDictionary<int, bool>();
        await files.ReadEachAsync(paths, MaxLength, (index, content) => Take(index, content), cancellationToken);
        for (var read = 1; read < Reads && !empty.IsEmpty; read++)
        {
            await Task.Delay(s_pause, cancellationToken);
            var again = empty.Keys.Order().ToList();
            empty.Clear();
            await files.ReadEachAsync(new LazyList<string>(again.Count, i => paths[again[i]]), MaxLength, (i, content) => Take(again[i], content), cancellationToken);
        }

        void Take(int index, FileContent content)
        {
            if (content is { Problem: null, Bytes.IsEmpty: true })
                empty[index] = true;
            else
                empty.TryRemove(index, out _);
            onLink(index, LinkOf(content));
        }
    }

    // The registry reads a link with digest.Parse and no trimming: a line break at its end makes it unreadable for it, too.
    private static Link LinkOf(FileContent content)
    {
        if (content.Problem is not null)
            return Link.Unreadable(content.Problem);
        return Digest.TryParse(content.Bytes.Span, out var digest, out var reason)
            ? Link.To(digest)
            : Link.Unreadable(content.Bytes.IsEmpty ? "the link is empty" : $"the link holds no digest: {reason}");
    }
}
