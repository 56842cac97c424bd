namespace Forewave.Outbox.Relaying;

/// <summary>What the sending of rows has to know of the rest of its relay. Thread-safe.</summary>
internal interface ILockLook
{
    /// <summary>Whether the relay has the lock still, and the database's clock: Unix time in milliseconds.</summary>
    Task<(bool HasLock, long Now)> LookAsync(CancellationToken cancellation);

    /// <summary>A partition does not answer: others are asked for the routes.</summary>
    void Doubt();
}
