namespace Forewave.Broker.Delivery.Cursors;

/// <summary>
/// The failed attempts of the unsettled messages of one group: what a dead letter tells later. For the loop alone. Bounded: past
/// <see cref="MaxAttempts"/> in all, further ones are counted but not kept, and equal texts are kept once.
/// </summary>
internal sealed class AttemptHistories
{
    /// <summary>Attempts remembered in one group.</summary>
    public const int MaxAttempts = 1_000_000;

    /// <summary>Memory of one attempt, when it is its message's only one.</summary>
    public const int MemoryBytes = 160;

    private const int MaxTexts = 10_000;

    private readonly Dictionary<long, List<FailedAttempt>> _byOffset = [];
    private readonly Dictionary<string, string> _texts = [];

    /// <summary>There is one.</summary>
    public bool Any => _byOffset.Count > 0;

    /// <summary>Attempts that are remembered.</summary>
    public int Count { get; private set; }

    /// <summary>Attempts that were not kept because there were too many.</summary>
    public long NotKept { get; private set; }

    /// <summary>Offsets with a history, rising.</summary>
    public IEnumerable<long> Offsets => _byOffset.Keys.Order();

    /// <summary>The failed attempts of a message, oldest first.</summary>
    public IReadOnlyList<FailedAttempt> Of(long offset) => _byOffset.TryGetValue(offset, out var history) ? history : [];

    /// <summary>Adds the newest.</summary>
    public void Add(long offset, in FailedAttempt attempt)
    {
        if (Count >= MaxAttempts)
        {
            NotKept++;
            return;
        }
        if (!_byOffset.TryGetValue(offset, out var history))
            _byOffset.Add(offset, history = new List<FailedAttempt>(1));
        history.Add(attempt with { Consumer = Shared(attempt.Consumer), Reason = Shared(attempt.Reason) });
        Count++;
    }

    /// <summary>The message is settled.</summary>
    public void Forget(long offset)
    {
        if (!_byOffset.Remove(offset, out var history))
            return;
        Count -= history.Count;
        if (_byOffset.Count == 0)
            _texts.Clear();
    }

    private string Shared(string text)
    {
        if (_texts.TryGetValue(text, out string? known))
            return known;
        if (_texts.Count < MaxTexts)
            _texts.Add(text, text);
        return text;
    }
}
