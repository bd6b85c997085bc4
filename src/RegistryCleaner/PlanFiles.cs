using System.Reflection;
using System.Text;
using RegistryCleaner.Naming;
using RegistryCleaner.Reporting;
using RegistryCleaner.Selection;
using RegistryCleaner.Store;

namespace RegistryCleaner;

/// <summary>Writes plans, reads them again, and refuses those that are not for this store or too old.</summary>
internal static class PlanFiles
{
    /// <summary>A week: what was reviewed longer ago is looked at again.</summary>
    public static TimeSpan DefaultMaxAge { get; } = TimeSpan.FromDays(7);

    /// <exception cref="CleanerException">The file cannot be read.</exception>
    public static async Task<PlanFile> ReadAsync(string path, CancellationToken cancellationToken) =>
        PlanFile.TryRead(await InputText.ReadAsync(path, "--plan", cancellationToken), out var plan, out var reason)
            ? plan!
            : throw new CleanerException(ExitCode.BadInput, $"--plan {path} is not a plan, so that nothing was done: {reason}");

    /// <summary>Where the Markdown of a plan is written; the same where the plan's own name is one of Markdown.</summary>
    /// <remarks>Of plan-1.4.2 nothing is an extension.</remarks>
    public static string TwinOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JSON" => Path.ChangeExtension(path, ".md"),
        ".MD" => path,
        _ => path + ".md",
    };

    /// <exception cref="CleanerException">The plan is for another store, or too old.</exception>
    public static async Task RequireFitsAsync(PlanFile plan, TimeSpan maxAge, DateTimeOffset now, IStoreFiles files, CancellationToken cancellationToken)
    {
        var store = await IdentityAsync(files, cancellationToken);
        if (plan.Store != store)
            throw new CleanerException(ExitCode.Refused, $"The plan is for another store ({plan.Store}, at {plan.Where}); this one is {store}: nothing was touched.");
        var age = now - plan.Made;
        if (age > maxAge || age < -TimeSpan.FromHours(1))
            throw new CleanerException(ExitCode.Refused, $"The plan was made at {plan.Made:u}, which is not within {DurationText.Write(maxAge)} (--plan-max-age): make a new one. Nothing was touched.");
    }

    /// <summary>Writes a plan, and beside it the same for people.</summary>
    /// <exception cref="CleanerException">It cannot be written.</exception>
    public static async Task WriteAsync(string path, CleanerReport report, ImageRequest request, DateTimeOffset made, IStoreFiles files, CancellationToken cancellationToken)
    {
        var file = new PlanFile
        {
            Version = PlanFile.CurrentVersion,
            Made = made,
            Tool = $"registry-cleaner {typeof(PlanFiles).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}",
            Where = report.Where,
            Store = await IdentityAsync(files, cancellationToken),
            Policy = Digest.OfContent(Encoding.UTF8.GetBytes(request.ToPolicyText())).ToString(),
            BytesFreed = report.Plan!.BytesFreed,
            Repositories = PlanFile.RepositoriesOf(report.Plan, report.Selection, request.NamedIn),
        };
        try
        {
            await WriteAsync(path, file.ToJson(), cancellationToken);
            await WriteAsync(TwinOf(path), PlanMarkdown.Write(file), cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new CleanerException(ExitCode.BadInput, $"--plan-out {path} cannot be written: {e.Message}");
        }
    }

    // Nothing is ever written into v2 itself but, when a store is begun, the directories of repositories and blobs.
    private static async Task<string> IdentityAsync(IStoreFiles files, CancellationToken cancellationToken) =>
        (await files.StatAsync([StoreLayout.Version2], cancellationToken)).TryGetValue(StoreLayout.Version2, out var entry)
            ? $"begun {entry.Modified.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss'Z'}"
            : "not begun";

    private static async Task WriteAsync(string path, string content, CancellationToken cancellationToken)
    {
        var temporary = path + ".tmp";
        await File.WriteAllTextAsync(temporary, content, cancellationToken);
        File.Move(temporary, path, overwrite: true);
    }
}
