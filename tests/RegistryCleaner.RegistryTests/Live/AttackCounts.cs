namespace RegistryCleaner.RegistryTests.Live;

// What came of an attack, in pushes, except for rounds and blobs.
internal sealed record AttackCounts
{
    public int Rounds { get; set; }

    // Answered 201 the first time.
    public int Accepted { get; set; }

    // Refused the first time; and refused again when the push was repeated.
    public int Refused { get; set; }

    public int RefusedAgain { get; set; }

    // Could not be pulled whole after the run: until the next run healed them, or for good.
    public int Broken { get; set; }

    public int Healed { get; set; }

    // Could not be pulled whole after the registry was restarted, and all trash was gone.
    public int BrokenAtLast { get; set; }

    public int FreedBlobs { get; set; }

    public int BrokenForGood => Broken - Healed;
}
