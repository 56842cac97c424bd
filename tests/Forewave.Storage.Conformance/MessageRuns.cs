using System.Text;

namespace Forewave.Storage.Conformance;

/// <summary>Makes records for the tests, and takes runs of messages apart.</summary>
public static class MessageRuns
{
    private const byte MessageTag = 0x7A;

    /// <summary>A publish of messages.</summary>
    public static RecordDraft Published(uint queue, params string[] bodies)
    {
        byte[] run = [.. bodies.SelectMany(Encode)];
        return new RecordDraft
        {
            Type = RecordType.Published,
            Count = bodies.Length,
            Queue = queue,
            Source = 7,
            Sequence = 1,
            Payload = run,
            PayloadCrc = Checksum.Of(run),
        };
    }

    /// <summary>A record that is no message.</summary>
    public static RecordDraft Other(RecordType type, params byte[] payload) =>
        new() { Type = type, Count = 1, Queue = 9, Source = 8, Sequence = ulong.MaxValue, Extra = 5, Payload = payload, PayloadCrc = Checksum.Of(payload) };

    /// <summary>The messages of a run, with their offsets.</summary>
    public static List<(long Offset, string Body)> Bodies(in StoredRun run)
    {
        var bodies = new List<(long, string)>();
        ReadOnlySpan<byte> left = run.Messages.Span;
        for (long offset = run.First.Value; !left.IsEmpty; offset++)
        {
            int length = 0;
            int at = 1;
            for (int shift = 0; ; shift += 7)
            {
                byte part = left[at++];
                length |= (part & 0x7F) << shift;
                if (part < 0x80)
                {
                    break;
                }
            }

            bodies.Add((offset, Encoding.UTF8.GetString(left.Slice(at, length))));
            left = left[(at + length)..];
        }

        return bodies;
    }

    private static IEnumerable<byte> Encode(string body)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        yield return MessageTag;
        uint length = (uint)bytes.Length;
        for (; length >= 0x80; length >>= 7)
        {
            yield return (byte)(length | 0x80);
        }

        yield return (byte)length;
        foreach (byte one in bytes)
        {
            yield return one;
        }
    }
}
