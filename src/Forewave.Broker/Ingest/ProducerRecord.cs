using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Ingest;

/// <summary>The payload of a ProducerSeen record: 16 bytes of producer id, then the name as UTF-8.</summary>
internal static class ProducerRecord
{
    public static byte[] Encode(ProducerId id, ReadOnlySpan<byte> name)
    {
        byte[] payload = new byte[ProducerId.ByteLength + name.Length];
        id.WriteTo(payload);
        name.CopyTo(payload.AsSpan(ProducerId.ByteLength));
        return payload;
    }

    public static RecordDraft Draft(uint number, byte[] payload) => new()
    {
        Type = RecordType.ProducerSeen,
        Count = 1,
        Source = number,
        Payload = payload,
        PayloadCrc = Checksum.Of(payload),
        // Its first publish comes after it in the log, and waits for both.
        IsLazy = true,
    };

    /// <summary>False when the payload is none of this kind.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> payload, out ProducerId id, out byte[] name)
    {
        id = default;
        name = [];
        if (payload.Length <= ProducerId.ByteLength || !ProducerId.TryRead(payload[..ProducerId.ByteLength], out id))
            return false;
        name = payload[ProducerId.ByteLength..].ToArray();
        return true;
    }
}
