using Forewave.Broker.Delivery.Records;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>What somebody asked for: which dead letters, what with them, how fast, who and why. Immutable.</summary>
internal sealed record DeadOperationTerms
{
    private const double RateUnit = 1_000;

    /// <summary>What is done.</summary>
    public required DeadAction Action { get; init; }

    /// <summary>Name of the group: the trail outlives it.</summary>
    public required string Group { get; init; }

    /// <summary>Unix time in milliseconds when it began. What died later is left alone.</summary>
    public long Begun { get; init; }

    /// <summary>Which dead letters; empty: all, or those that were named by their places.</summary>
    public string Filter { get; init; } = "";

    /// <summary>They were named by their places.</summary>
    public bool Named { get; init; }

    /// <summary>A purge that cannot be undone.</summary>
    public bool ForGood { get; init; }

    /// <summary>Messages a second at most; 0: as fast as it goes.</summary>
    public double Rate { get; init; }

    /// <summary>The operation that an undo takes back; else 0.</summary>
    public ulong Of { get; init; }

    /// <summary>Who: the name of the client.</summary>
    public string Client { get; init; } = "";

    /// <summary>Who: the address of the connection.</summary>
    public string Address { get; init; } = "";

    /// <summary>Why, as they said.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Byte((byte)Action);
        writer.Text(Group);
        writer.Int64(Begun);
        writer.LongText(Filter);
        writer.Byte((byte)((Named ? 1 : 0) | (ForGood ? 2 : 0)));
        writer.Int64((long)Math.Round(Rate * RateUnit));
        writer.UInt64(Of);
        writer.Text(Client);
        writer.Text(Address);
        writer.Text(Reason);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static DeadOperationTerms Read(ref RecordReader reader)
    {
        var action = (DeadAction)reader.Byte();
        string group = reader.Text();
        long begun = reader.Int64();
        string filter = reader.LongText();
        byte flags = reader.Byte();
        return new DeadOperationTerms
        {
            Action = action,
            Group = group,
            Begun = begun,
            Filter = filter,
            Named = (flags & 1) != 0,
            ForGood = (flags & 2) != 0,
            Rate = reader.Int64() / RateUnit,
            Of = reader.UInt64(),
            Client = reader.Text(),
            Address = reader.Text(),
            Reason = reader.Text(),
        };
    }
}
