namespace Forewave.Broker.Delivery.Groups;

/// <summary>What a message that fails does to its ordering key. The numbers are in records.</summary>
internal enum FailurePolicy : byte
{
    /// <summary>The key waits for the message's retries; after the last one it is a dead letter and the key goes on.</summary>
    Hold = 0,

    /// <summary>As hold, but where it would be a dead letter the key is set aside with it, until somebody resumes it.</summary>
    Park = 1,

    /// <summary>It is a dead letter at its first failure, and the key goes on.</summary>
    Skip = 2,
}
