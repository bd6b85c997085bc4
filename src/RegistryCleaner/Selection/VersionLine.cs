namespace RegistryCleaner.Selection;

/// <summary>Which versions make up one line of releases, of which a newer one supersedes the older.</summary>
public enum VersionLine
{
    /// <summary>All with the same major version: 1.4.2 supersedes 1.3.9.</summary>
    Major,

    /// <summary>All with the same major and minor version: 1.4.2 supersedes 1.4.1.</summary>
    Minor,

    /// <summary>All of one version: 1.4.2 supersedes 1.4.2-rc.1.</summary>
    Patch,
}

/// <summary>Which time a tag's age is counted from.</summary>
public enum AgeBy
{
    /// <summary>When it was last pushed: the time of its link in the store.</summary>
    Pushed,

    /// <summary>When the image was made, by its configuration; of an index, the newest of its images.</summary>
    Created,
}
