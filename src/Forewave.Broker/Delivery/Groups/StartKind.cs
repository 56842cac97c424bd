namespace Forewave.Broker.Delivery.Groups;

/// <summary>The kinds of <see cref="StartPoint"/>.</summary>
internal enum StartKind : byte
{
    /// <summary>The oldest message that is still there.</summary>
    Earliest = 0,

    /// <summary>What is published from now on.</summary>
    Latest = 1,

    /// <summary>The first message that was not published before a time.</summary>
    Time = 2,

    /// <summary>The message with an offset.</summary>
    Offset = 3,
}
