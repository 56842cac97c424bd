namespace Forewave.Client.Administration;

/// <summary>What a message that fails does to its ordering key.</summary>
public enum FailurePolicy
{
    /// <summary>The key waits for the message's retries; after the last one it is a dead letter and the key goes on.</summary>
    Hold = 1,

    /// <summary>As hold, but instead of a dead letter the key is set aside with it, until it is resumed.</summary>
    Park = 2,

    /// <summary>It is a dead letter at its first failure, and the key goes on.</summary>
    Skip = 3,
}
