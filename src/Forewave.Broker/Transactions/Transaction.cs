using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>A transaction that is not decided. For whoever has the transactions' turn.</summary>
internal sealed class Transaction
{
    /// <summary>Log position of its Begun record.</summary>
    public required LogPosition Id { get; init; }

    /// <summary>Number of the producer that began it.</summary>
    public required uint Producer { get; init; }

    /// <summary>That one's name: whoever has it may decide.</summary>
    public required string ProducerName { get; init; }

    /// <summary>When it was begun.</summary>
    public required Timestamp Begun { get; init; }

    /// <summary>When its producers are asked.</summary>
    public required CheckBackTerms Terms { get; init; }

    /// <summary>Numbers of the queues that it has messages for, each once, also of those that are on their way to their lanes.</summary>
    public List<uint> Queues { get; } = [];

    /// <summary>Its messages that are in their lanes, in order.</summary>
    public List<PreparedRun> Runs { get; } = [];

    /// <summary>Its messages, also those that are on their way to their lanes.</summary>
    public int Messages { get; set; }

    /// <summary>What was not prepared, because it was a repeat by its deduplication id.</summary>
    public List<PreparedRepeats> Repeats { get; } = [];

    /// <summary>How many messages that are.</summary>
    public int Repeated { get; set; }

    /// <summary>The highest number that a message of it had: prepared or a repeat.</summary>
    public int LastNumber => Messages + Repeated;

    /// <summary>What they take in the log.</summary>
    public long Bytes { get; set; }

    /// <summary>Log position of the last one, or of the last repeat.</summary>
    public LogPosition LastPrepared { get; set; }

    /// <summary>When it was heard of last.</summary>
    public Timestamp HeardOf { get; set; }

    /// <summary>When the watch looks at it next, Unix milliseconds; null: not any more. The watch's.</summary>
    public long? DueAt { get; set; }

    /// <summary>How often its producers were asked since the broker started.</summary>
    public int Checks { get; set; }

    /// <summary>How often in a row none of them was there to be asked.</summary>
    public int Misses { get; set; }

    /// <summary>They were asked as often as they are asked, or as often none was there, or a message rotted: it waits for somebody to decide.</summary>
    public bool IsWaiting { get; set; }
}
