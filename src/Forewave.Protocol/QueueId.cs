namespace Forewave.Protocol;

/// <summary>
/// The number of a queue in one partition's log, from 1, never used twice: one made anew under an old name has another number.
/// <c>default</c> is no number and throws when <see cref="Value"/> is read.
/// </summary>
public readonly record struct QueueId : IComparable<QueueId>
{
    private readonly uint _value;

    /// <param name="value">1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is 0.</exception>
    public QueueId(uint value)
    {
        ArgumentOutOfRangeException.ThrowIfZero(value);
        _value = value;
    }

    /// <summary>The number.</summary>
    public uint Value => _value != 0 ? _value : throw DefaultValue.Used(nameof(QueueId));

    /// <summary>Whether <paramref name="value"/>, as on the wire, is a number.</summary>
    public static bool TryFrom(uint value, out QueueId id)
    {
        id = value != 0 ? new QueueId(value) : default;
        return value != 0;
    }

    /// <inheritdoc/>
    public int CompareTo(QueueId other) => _value.CompareTo(other._value);

    /// <inheritdoc/>
    public override string ToString() => $"{_value}";
}
