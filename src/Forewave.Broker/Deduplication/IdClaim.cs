using Forewave.Protocol;

namespace Forewave.Broker.Deduplication;

/// <summary>A message of a publish that has an id, from its reading to the decision whether it is new.</summary>
internal struct IdClaim
{
    /// <summary>Its id.</summary>
    public IdHash Hash;

    /// <summary>Its queue.</summary>
    public uint Queue;

    /// <summary>Its place in its batch.</summary>
    public int Message;

    /// <summary>A slice may have it, and has to be read.</summary>
    public bool NeedsDisk;

    /// <summary>Slices that were made of tables up to this one were asked.</summary>
    public ulong AskedThrough;

    /// <summary>What they said; null: nothing.</summary>
    public KnownId? OnDisk;

    /// <summary>It is in the table as this publish's.</summary>
    public bool IsTaken;

    /// <summary>What was in the table before.</summary>
    public KnownId? Former;

    /// <summary>It is a repeat: position of the original; none where it is new, or the original is in the same append.</summary>
    public LogPosition Original;

    /// <summary>It is a repeat of a message of the same append: that claim's place, from 1; else 0.</summary>
    public int OriginalClaim;

    /// <summary>Its place in the append: so many positions after the first.</summary>
    public ulong Offset;

    /// <summary>The message is not stored, another one with its id was.</summary>
    public readonly bool IsRepeat => OriginalClaim != 0 || Original != LogPosition.None;

    /// <summary>It is a repeat.</summary>
    /// <param name="position">Of the original; of epoch 0: the original is in the same append, and that is its claim's place, from 1.</param>
    public void RepeatOf(LogPosition position)
    {
        if (position.Epoch.Value == 0)
            OriginalClaim = (int)position.Number;
        else
            Original = position;
    }

    /// <summary>Nothing is decided of it.</summary>
    public void Undecide()
    {
        IsTaken = false;
        Former = null;
        Original = LogPosition.None;
        OriginalClaim = 0;
    }
}
