namespace Forewave.Broker.Deduplication;

/// <summary>The claims of a publish, batch after batch, in the order of its messages. Pooled with it.</summary>
internal sealed class IdClaims
{
    private const int MostKept = 1_024;
    private IdClaim[] _claims = [];

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>All of them, to be changed in place.</summary>
    public Span<IdClaim> All => _claims.AsSpan(0, Count);

    /// <summary>Adds one; its fields are those of a new one.</summary>
    public ref IdClaim Add()
    {
        if (Count == _claims.Length)
            Array.Resize(ref _claims, Math.Max(16, Count * 2));
        return ref _claims[Count++];
    }

    /// <summary>Gives all back.</summary>
    public void Clear()
    {
        if (Count == 0)
            return;
        if (_claims.Length > MostKept)
            _claims = [];
        else
            All.Clear();
        Count = 0;
    }
}
