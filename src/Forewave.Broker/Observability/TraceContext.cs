using System.Diagnostics;
using System.Text;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Observability;

/// <summary>The W3C trace context in a message's headers. Stateless.</summary>
internal static class TraceContext
{
    private const int ParentBytes = 55;

    /// <summary>The header <c>traceparent</c> of an encoded message; null: there is none that is valid.</summary>
    public static string? ParentOf(ReadOnlySpan<byte> encoded) =>
        TryRead(encoded, out var told) && ActivityContext.TryParse(told.Parent, null, out _) ? told.Parent : null;

    /// <summary>The context of a message whose trace is recorded; null: it has none, or nobody records it.</summary>
    public static ActivityContext? RecordedOf(ReadOnlySpan<byte> encoded) =>
        TryRead(encoded, out var told) && ActivityContext.TryParse(told.Parent, told.State, isRemote: true, out var context)
        && context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
            ? context
            : null;

    private static bool TryRead(ReadOnlySpan<byte> encoded, out (string? Parent, string? State) told)
    {
        told = default;
        if (!MessageReader.TryRead(encoded, out var message, out _) || message.HeaderCount == 0)
            return false;
        foreach (var header in message.Headers)
        {
            if (told.Parent is null && header.Name.SequenceEqual("traceparent"u8) && header.Value.Length == ParentBytes)
                told.Parent = Encoding.ASCII.GetString(header.Value);
            else if (told.State is null && header.Name.SequenceEqual("tracestate"u8))
                told.State = Encoding.ASCII.GetString(header.Value);
        }
        return told.Parent is not null;
    }
}
