namespace Forewave.Broker.Delivery.Leases;

/// <summary>What holds for one message that somebody settles by a handle.</summary>
internal enum Verdict : byte
{
    /// <summary>The handle is good: do it.</summary>
    Do,

    /// <summary>It has been done before, or there is nothing to do: success.</summary>
    Done,

    /// <summary>An earlier epoch gave the handle and did not record it, and nobody else has the message: lease it, then do it.</summary>
    Adopt,

    /// <summary>A newer attempt was handed out, or the message is settled in another way.</summary>
    Lost,

    /// <summary>The handle names nothing that was ever leased.</summary>
    Invalid,
}
