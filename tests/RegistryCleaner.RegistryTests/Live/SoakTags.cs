namespace RegistryCleaner.RegistryTests.Live;

internal sealed record SoakTag(string Repository, string Tag, string Digest)
{
    public override string ToString() => $"{Repository}:{Tag}";
}

// The tags that were pushed in a soak, and are to be pullable until they are given to whoever prunes.
internal sealed class SoakTags
{
    private readonly Lock access = new();
    private readonly List<SoakTag> passing = [];
    private readonly HashSet<SoakTag> wanted = [];
    private readonly List<SoakTag> order = [];

    public void Add(SoakTag tag, bool stays)
    {
        lock (access)
        {
            wanted.Add(tag);
            order.Add(tag);
            if (!stays)
                passing.Add(tag);
        }
    }

    // The oldest ones, or none while there are too few; nobody wants them from here on.
    public IReadOnlyList<SoakTag> Take(int fewest, int most)
    {
        lock (access)
        {
            var taken = passing.Count < fewest ? [] : passing.Take(most).ToList();
            passing.RemoveRange(0, taken.Count);
            wanted.ExceptWith(taken);
            order.RemoveAll(taken.Contains);
            return taken;
        }
    }

    public SoakTag? Pick(Random random)
    {
        lock (access)
            return order.Count == 0 ? null : order[random.Next(order.Count)];
    }

    public bool IsWanted(SoakTag tag)
    {
        lock (access)
            return wanted.Contains(tag);
    }

    public IReadOnlyList<SoakTag> Wanted()
    {
        lock (access)
            return [.. order];
    }
}
