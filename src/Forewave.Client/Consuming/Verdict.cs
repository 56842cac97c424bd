using System.Text.Unicode;
using Forewave.Protocol;

namespace Forewave.Client.Consuming;

/// <summary>What is said about a message.</summary>
internal readonly record struct Verdict
{
    public Verdict(SettleVerb verb, TimeSpan? delay = null, string? reason = null)
    {
        TimeSpan given = delay ?? TimeSpan.Zero;
        ArgumentOutOfRangeException.ThrowIfLessThan(given, TimeSpan.Zero, nameof(delay));
        if (verb == SettleVerb.Extend)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(given, TimeSpan.FromMilliseconds(1), nameof(delay));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(given, Limits.MaxVisibilityTimeout, nameof(delay));
        }

        // A nack after less than a millisecond is due at once; 0 on the wire would mean the group's back-off.
        bool isTiny = delay is not null && verb == SettleVerb.Nack && given < TimeSpan.FromMilliseconds(1);
        Verb = verb;
        Delay = isTiny ? TimeSpan.FromMilliseconds(1) : given;
        Reason = reason is null ? default : Cut(reason);
    }

    public SettleVerb Verb { get; }

    public TimeSpan Delay { get; }

    public ReadOnlyMemory<byte> Reason { get; }

    // As much as fits, whole characters.
    private static ReadOnlyMemory<byte> Cut(string reason)
    {
        byte[] bytes = new byte[Limits.ReasonBytes];
        Utf8.FromUtf16(reason, bytes, out _, out int written, replaceInvalidSequences: true);
        return bytes.AsMemory(0, written);
    }
}
