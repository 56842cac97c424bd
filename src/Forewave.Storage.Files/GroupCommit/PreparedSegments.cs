using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.GroupCommit;

/// <summary>Segments that are ready to be written, in log order. Guarded by the gather lock.</summary>
internal sealed class PreparedSegments
{
    private readonly Queue<Segment> _ready = new();

    public int Count => _ready.Count;

    /// <summary>The next one, without taking it.</summary>
    public bool TryPeek(out Segment? segment) => _ready.TryPeek(out segment);

    public void Add(Segment segment) => _ready.Enqueue(segment);

    public Segment Take() => _ready.Dequeue();
}
