namespace RegistryCleaner.TestKit;

/// <summary>A shell script that stands in for a program, for what a real one cannot be made to do.</summary>
public static class FakeProgram
{
    /// <summary>A container engine's client that runs <c>exec -i NAME COMMAND...</c> on this machine.</summary>
    public const string EngineScript = "shift 3\nexec \"$@\"\n";

    /// <summary>Writes the script under a name, and gives its path.</summary>
    public static string Write(string directory, string name, string script)
    {
        var path = Path.Combine(Directory.CreateDirectory(directory).FullName, name);
        File.WriteAllText(path, "#!/bin/bash\n" + script);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
