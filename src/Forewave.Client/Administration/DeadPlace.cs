using System.Diagnostics.CodeAnalysis;
using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>
/// The place of a dead letter in its group's list: what it is shown, redriven and purged by. Each partition counts its own; where a cluster
/// has several, the place says of which. As text <c>17</c>, or <c>1-17</c>: place 17 at partition 1. The <c>default</c> is no place.
/// </summary>
public readonly record struct DeadPlace
{
    private readonly NumberInPartition _value;

    /// <summary>A place.</summary>
    /// <param name="number">From 1.</param>
    /// <param name="partition">Of which partition. Null: of the only one, or of the one that the client's options name.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public DeadPlace(long number, PartitionNumber? partition = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        _value = new NumberInPartition(partition, number);
    }

    /// <summary>The partition; null: the only one, or the one that the client's options name.</summary>
    public PartitionNumber? Partition => _value.Partition;

    /// <summary>The place there, from 1.</summary>
    public long Number => _value.Number > 0 ? _value.Number : throw new InvalidOperationException("a default place is none");

    /// <summary>Reads the text form.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DeadPlace place)
    {
        bool isPlace = NumberInPartition.TryParse(text, out NumberInPartition value);
        place = isPlace ? new DeadPlace(value.Number, value.Partition) : default;
        return isPlace;
    }

    /// <inheritdoc/>
    public override string ToString() => _value.ToString();
}
