using System.Collections;

namespace RegistryCleaner.Store;

/// <summary>A list whose items are made when they are asked for: the paths of a large store need not be in memory all at once.</summary>
internal sealed class LazyList<T>(int count, Func<int, T> itemAt) : IReadOnlyList<T>
{
    public int Count => count;

    public T this[int index] => itemAt(index);

    public IEnumerator<T> GetEnumerator()
    {
        for (var i = 0; i < count; i++)
            yield return itemAt(i);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
