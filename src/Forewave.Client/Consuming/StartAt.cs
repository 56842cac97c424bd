using Forewave.Protocol;
using Forewave.Protocol.V1;

namespace Forewave.Client.Consuming;

/// <summary>Where a new group starts. Thread-safe; the <c>default</c> is <see cref="Earliest"/>.</summary>
public readonly record struct StartAt
{
    private readonly ulong _value;
    private readonly StartFrom.FromOneofCase _case;

    private StartAt(StartFrom.FromOneofCase from, ulong value)
    {
        _case = from;
        _value = value;
    }

    /// <summary>At the oldest message that is still there.</summary>
    public static StartAt Earliest => default;

    /// <summary>After the newest message: only what is published from now on.</summary>
    public static StartAt Latest => new(StartFrom.FromOneofCase.Latest, 0);

    /// <summary>At the first message that was published at this time or later.</summary>
    public static StartAt Time(DateTimeOffset time) =>
        new(StartFrom.FromOneofCase.Time, (ulong)Math.Max(0, time.ToUnixTimeMilliseconds()));

    /// <summary>At the message with this offset.</summary>
    public static StartAt From(Offset offset) => new(StartFrom.FromOneofCase.Offset, (ulong)offset.Value);

    internal StartFrom ToWire() => _case switch
    {
        StartFrom.FromOneofCase.Latest => new StartFrom { Latest = true },
        StartFrom.FromOneofCase.Time => new StartFrom { Time = _value },
        StartFrom.FromOneofCase.Offset => new StartFrom { Offset = _value },
        _ => new StartFrom { Earliest = true },
    };
}
