namespace RegistryCleaner.RegistryTests.Live;

// What came of a soak. Counted by many at once.
internal sealed class SoakCounts
{
    private readonly Lock access = new();
    private readonly SortedDictionary<string, long> numbers = new(StringComparer.Ordinal);

    public long this[string name]
    {
        get
        {
            lock (access)
                return numbers.GetValueOrDefault(name);
        }
    }

    public void Add(string name, long number = 1)
    {
        lock (access)
            numbers[name] = numbers.GetValueOrDefault(name) + number;
    }

    public override string ToString()
    {
        lock (access)
            return string.Join(", ", numbers.Select(pair => $"{pair.Key}: {pair.Value}"));
    }
}
