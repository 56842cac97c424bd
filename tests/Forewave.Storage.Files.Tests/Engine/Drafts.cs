using System.Text;

namespace Forewave.Storage.Files.Tests.Engine;

/// <summary>Makes records for tests.</summary>
internal static class Drafts
{
    /// <summary>A run of messages, each body with its tag and length.</summary>
    public static byte[] Run(params string[] bodies)
    {
        using MemoryStream run = new();
        foreach (byte[] body in bodies.Select(Encoding.UTF8.GetBytes))
        {
            run.WriteByte(0x7A);
            uint length = (uint)body.Length;
            for (; length >= 0x80; length >>= 7)
            {
                run.WriteByte((byte)(length | 0x80));
            }

            run.WriteByte((byte)length);
            run.Write(body);
        }

        return run.ToArray();
    }

    public static RecordDraft Published(uint queue, params string[] bodies) => Published(queue, null, 0, bodies);

    public static RecordDraft Published(uint queue, ICommitOwner? owner, long token, params string[] bodies)
    {
        byte[] run = Run(bodies);
        return new RecordDraft
        {
            Type = RecordType.Published,
            Count = bodies.Length,
            Queue = queue,
            Source = 7,
            Sequence = 1,
            Payload = run,
            PayloadCrc = Checksum.Of(run),
            Owner = owner,
            Token = token,
        };
    }

    public static RecordDraft Other(RecordType type, int payloadBytes, bool joinsNext = false)
    {
        byte[] payload = new byte[payloadBytes];
        payload.AsSpan().Fill((byte)type);
        return new RecordDraft { Type = type, Count = 1, Payload = payload, PayloadCrc = Checksum.Of(payload), JoinsNext = joinsNext };
    }
}
