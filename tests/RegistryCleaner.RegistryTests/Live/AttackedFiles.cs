using System.Text;
using RegistryCleaner.Store;
using RegistryCleaner.TestKit;

namespace RegistryCleaner.RegistryTests.Live;

// The store's files with somebody else at every moment between two renames, and without the steps that are left out.
internal sealed class AttackedFiles(IStoreFiles inner, LiveSteps without, Action<Moment, string> onMoment) : StoreFilesDecorator(inner, _ => { })
{
    private readonly List<(string PathEnd, byte[] Content)> held = [];

    // Whether the registry is being asked what it remembers of manifests, with links that are written for that alone.
    public bool IsProbing { get; private set; }

    // Reading a file that a request is held at would hold the cleaner, too: it is told what is in it.
    public void Hold(string path, string content) => held.Add((path, Encoding.ASCII.GetBytes(content)));

    public void Release() => held.Clear();

    public override async Task ReadEachAsync(IReadOnlyList<string> paths, int maxLength, Action<int, FileContent> onContent, CancellationToken cancellationToken)
    {
        var passed = new List<int>();
        for (var i = 0; i < paths.Count; i++)
        {
            if (held.FirstOrDefault(file => paths[i].EndsWith(file.PathEnd, StringComparison.Ordinal) && File.Exists(Path.Combine(Root, paths[i]))) is { Content: { } content })
                onContent(i, new FileContent(content, null));
            else
                passed.Add(i);
        }

        await base.ReadEachAsync([.. passed.Select(index => paths[index])], maxLength, (index, content) => onContent(passed[index], content), cancellationToken);
    }

    public override Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        IsProbing |= path.Contains("/_layers/", StringComparison.Ordinal);
        return base.WriteAsync(path, content, cancellationToken);
    }

    public override Task RemoveEmptyDirectoriesAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        IsProbing = false;
        return base.RemoveEmptyDirectoriesAsync(paths, cancellationToken);
    }

    public override async Task<IReadOnlyList<MoveOutcome>> MoveAsync(string fromBase, string toBase, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var outcomes = new List<MoveOutcome>();
        foreach (var path in paths)
        {
            var moments = fromBase == StoreLayout.Version2 && !IsProbing ? MomentsOf(path) : null;
            if (moments is var (before, _))
                onMoment(before, path);
            if (fromBase.StartsWith(StoreLayout.Trash, StringComparison.Ordinal) && IsLeftOut(path))
                outcomes.Add(new MoveOutcome(path, MoveResult.Missing, null));
            else
                outcomes.AddRange(await base.MoveAsync(fromBase, toBase, [path], cancellationToken));
            if (moments is var (_, after))
                onMoment(after, path);
        }

        return outcomes;
    }

    private bool IsLeftOut(string path) =>
        without.HasFlag(MomentsOf(path) is (Moment.BeforeTag, _) ? LiveSteps.TagReread : LiveSteps.SecondLook) && !IsProbing;

    private static (Moment Before, Moment After)? MomentsOf(string path) =>
        path.Contains("/_manifests/tags/", StringComparison.Ordinal) ? (Moment.BeforeTag, Moment.AfterTag)
        : path.Contains("/_manifests/revisions/", StringComparison.Ordinal) ? (Moment.BeforeRevision, Moment.AfterRevision)
        : path.Contains("/_layers/", StringComparison.Ordinal) ? (Moment.BeforeLayer, Moment.AfterLayer)
        : path.StartsWith("blobs/", StringComparison.Ordinal) ? (Moment.BeforeData, Moment.AfterData)
        : null;
}
