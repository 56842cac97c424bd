using Forewave.Protocol;

namespace Forewave.Client.Producing;

/// <summary>
/// How a queue goes on that the broker has refused as a whole (a quota, a switch, its memory): not before the time that the refusal names,
/// then one batch at a time, and with each that is taken one more. So what is refused again is little, however much waits. Guarded by
/// the producer's lock.
/// </summary>
internal sealed class QueuePace
{
    /// <summary>When it goes on, as a timestamp.</summary>
    public long Until { get; private set; }

    /// <summary>Its time has not come.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Batches that may be under way at once.</summary>
    public int Window { get; private set; } = 1;

    /// <summary>Those that were sent since it is paced, and are not answered.</summary>
    public int InFlight { get; private set; }

    /// <summary>Why it was refused; null: something was taken since.</summary>
    public ForewaveException? Why { get; private set; }

    /// <summary>Nothing more may be sent now.</summary>
    public bool IsFull => IsHeld || InFlight >= Window;

    /// <summary>It was refused: it waits, and begins with one batch again.</summary>
    public void Refused(long until, ForewaveException why)
    {
        (IsHeld, Window, Why) = (true, 1, why);
        Until = Math.Max(Until, until);
    }

    /// <summary>Its time has come.</summary>
    public void GoOn() => IsHeld = false;

    /// <summary>A batch was sent.</summary>
    public void Sent() => InFlight++;

    /// <summary>A batch that was sent is answered.</summary>
    public void Answered(bool isTaken)
    {
        InFlight--;
        if (isTaken)
        {
            Window++;
            // What is late from now on is so for another reason.
            Why = IsHeld ? Why : null;
        }
    }
}
