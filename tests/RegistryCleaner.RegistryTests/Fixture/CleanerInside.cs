using System.Text;
using RegistryCleaner.Tool;

namespace RegistryCleaner.RegistryTests.Fixture;

// The whole tool, words in and an exit code out, in the process of these tests: half of what a process of its own costs is compiling
// the same code again. Those that are killed, and those that show the main job, are processes of their own (CleanerProcess).
internal static class CleanerInside
{
    private static readonly ContextWriter Output = new(Console.Out);
    private static readonly ContextWriter Error = new(Console.Error);

    static CleanerInside()
    {
        Console.SetOut(Output);
        Console.SetError(Error);
    }

    public static async Task<CleanerResult> RunAsync(params IEnumerable<string> words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Output.Use(output);
        Error.Use(error);
        var exitCode = await CleanerProgram.RunAsync(CleanerProcess.WithoutTrash([.. words]), CancellationToken.None);
        return new(exitCode, output.ToString(), error.ToString());
    }

    // Each run has its own, with all the threads that work for it.
    private sealed class ContextWriter(TextWriter outside) : TextWriter
    {
        private readonly AsyncLocal<TextWriter?> inside = new();

        public override Encoding Encoding => outside.Encoding;

        public void Use(TextWriter writer) => inside.Value = Synchronized(writer);

        public override void Write(char value) => (inside.Value ?? outside).Write(value);

        public override void Write(char[] buffer, int index, int count) => (inside.Value ?? outside).Write(buffer, index, count);

        public override void Write(string? value) => (inside.Value ?? outside).Write(value);

        public override void Flush() => (inside.Value ?? outside).Flush();
    }
}
