namespace Forewave.Protocol;

/// <summary>
/// Ties an answer to its request on one connection: chosen by the client, unique among its unanswered requests. 0, the
/// <c>default</c>, stands on frames that have no answer.
/// </summary>
/// <param name="Value">The number.</param>
public readonly record struct CorrelationId(ulong Value)
{
    /// <summary>The frame has no answer, or is none.</summary>
    public static CorrelationId None => default;

    /// <inheritdoc/>
    public override string ToString() => $"{Value}";
}
