namespace Forewave.Protocol;

/// <summary>
/// Names a transaction for ever: its partition and the log position of its beginning. As text <c>{partition}-{16 hex digits}</c>, at most 22
/// characters, so that a program can keep it in its database. <c>default</c> is no id and throws on use.
/// </summary>
public readonly record struct TransactionId
{
    private readonly MessageId _place;

    /// <param name="partition">The partition that has the transaction.</param>
    /// <param name="position">Where it was begun in that partition's log.</param>
    /// <exception cref="ArgumentException">The position is <see cref="LogPosition.None"/>.</exception>
    public TransactionId(PartitionNumber partition, LogPosition position) => _place = new MessageId(partition, position);

    private TransactionId(MessageId place) => _place = place;

    /// <summary>The partition that has the transaction.</summary>
    public PartitionNumber Partition => _place.Partition;

    /// <summary>Where it was begun in that partition's log.</summary>
    public LogPosition Position => _place.Position;

    /// <summary>Reads the text form; hex digits of either case, no other liberty.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TransactionId id)
    {
        bool isId = MessageId.TryParse(text, out var place);
        id = isId ? new TransactionId(place) : default;
        return isId;
    }

    /// <inheritdoc/>
    public override string ToString() => _place.ToString();
}
