using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>
/// Which operation on dead letters: the number that it has in its group. Each partition counts its own; where a cluster has several, one
/// call begins an operation at each of them, and its id has them all. As text <c>12</c>, <c>1-12</c> (number 12 at partition 1), or
/// <c>0-12,1-9</c>. Immutable; equal ids have the same numbers at the same partitions.
/// </summary>
public sealed class DeadOperationId : IEquatable<DeadOperationId>
{
    private readonly string _text;

    /// <summary>The id of an operation at one partition.</summary>
    /// <param name="number">From 1.</param>
    /// <param name="partition">Of which partition. Null: of the only one, or of the one that the client's options name.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public DeadOperationId(long number, PartitionNumber? partition = null)
        : this([new NumberInPartition(partition, number)]) => ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);

    internal DeadOperationId(IEnumerable<NumberInPartition> parts)
    {
        Parts = [.. parts.OrderBy(one => one.Partition ?? default)];
        _text = string.Join(',', Parts);
    }

    // At least one; of several each names its partition, and each another one.
    internal ImmutableArray<NumberInPartition> Parts { get; }

    /// <summary>Reads the text form.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out DeadOperationId? id)
    {
        id = null;
        List<NumberInPartition> parts = [];
        foreach (string one in (text ?? "").Split(',', Limits.MaxPartition + 2))
        {
            if (!NumberInPartition.TryParse(one, out NumberInPartition part))
            {
                return false;
            }

            parts.Add(part);
        }

        bool isWhole = parts.Count == 1 || (parts.TrueForAll(one => one.Partition is not null) && parts.DistinctBy(one => one.Partition).Count() == parts.Count);
        id = isWhole ? new DeadOperationId(parts) : null;
        return isWhole;
    }

    // Of operations at several partitions; null: there are none.
    internal static DeadOperationId? Join(IEnumerable<DeadOperationId?> ids)
    {
        List<NumberInPartition> parts = [.. ids.OfType<DeadOperationId>().SelectMany(id => id.Parts)];
        return parts.Count == 0 ? null : new DeadOperationId(parts);
    }

    // What the wire says, where 0 is none.
    internal static DeadOperationId? Of(ulong number, PartitionNumber? partition) => number == 0 ? null : new DeadOperationId((long)number, partition);

    /// <inheritdoc/>
    public bool Equals(DeadOperationId? other) => other is not null && other._text == _text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DeadOperationId);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_text);

    /// <inheritdoc/>
    public override string ToString() => _text;
}
