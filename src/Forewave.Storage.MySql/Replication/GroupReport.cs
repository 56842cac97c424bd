using Forewave.Protocol;

namespace Forewave.Storage.MySql.Replication;

/// <summary>What a broker's own database says of itself, and how it stands to the other one of its group, at one moment. For people.</summary>
public sealed record GroupReport
{
    /// <summary>Why it could not be asked; empty: it answered.</summary>
    public string Failure { get; init; } = "";

    /// <summary>The highest epoch of its fences; <see cref="Epoch.None"/>: it was never served.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>GTIDs of what is in its binary log.</summary>
    public string Written { get; init; } = "";

    /// <summary>GTIDs of what it received from its master; empty where it follows nobody.</summary>
    public string Received { get; init; } = "";

    /// <summary>The receiver in the server's words: Yes, Connecting, or No, with its error.</summary>
    public string Receiver { get; init; } = "";

    /// <summary>The applier, likewise.</summary>
    public string Applier { get; init; } = "";

    /// <summary>How old what it applied last is; null where it follows nobody, or does not know.</summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>Whether the other database of the group answers from here.</summary>
    public bool PeerAnswers { get; init; }

    /// <summary>GTIDs that it has written and the other one has not: a former master's tail. Empty where the other one does not answer.</summary>
    public string Ahead { get; init; } = "";

    /// <summary>GTIDs that the other one has and it has not. Empty where the other one does not answer.</summary>
    public string Lacks { get; init; } = "";
}
