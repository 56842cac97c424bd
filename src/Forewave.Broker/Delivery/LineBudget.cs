namespace Forewave.Broker.Delivery;

/// <summary>How often a line of one kind may be told: so many in a span of time, which begins with the first. For one thread.</summary>
internal sealed class LineBudget(TimeProvider time)
{
    /// <summary>Lines in a span.</summary>
    public const int Lines = 20;

    /// <summary>After so long lines are told again.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromSeconds(10);

    private long _since;
    private int _told;

    /// <summary>The line that was asked for last was the last one of its span.</summary>
    public bool IsSpentNow { get; private set; }

    /// <summary>Asks for a line.</summary>
    public bool MayTell()
    {
        if (_told == 0 || time.GetElapsedTime(_since) >= Span)
        {
            _since = time.GetTimestamp();
            _told = 0;
        }
        IsSpentNow = _told == Lines - 1;
        bool mayTell = _told < Lines;
        _told += mayTell ? 1 : 0;
        return mayTell;
    }
}
