namespace Forewave.Cli.Bench;

/// <summary>How a benchmark acks.</summary>
internal enum AckKind
{
    /// <summary>Every message.</summary>
    Each,

    /// <summary>All up to an offset.</summary>
    UpTo,
}
