using System.Buffers;
using System.Text;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Settings;

/// <summary>
/// A change of a live setting, and the payload of its record, little-endian: version u8 = 1, number u64, time u64, who, name, then before and
/// after (u8 whether there is one, and it). Texts are a length u8 and bytes. docs/state-format.md. Immutable.
/// </summary>
internal sealed record SettingChange
{
    private const byte Version = 1;

    /// <summary>From 1; one more with each change of the partition.</summary>
    public required ulong Number { get; init; }

    /// <summary>Unix time in milliseconds.</summary>
    public required long Time { get; init; }

    /// <summary>Who did it: the user, else what the client calls itself.</summary>
    public required string By { get; init; }

    /// <summary>Which setting.</summary>
    public required string Name { get; init; }

    /// <summary>Its live value before; null: there was none.</summary>
    public required string? Before { get; init; }

    /// <summary>Its live value from then on; null: there is none.</summary>
    public required string? After { get; init; }

    /// <summary>The record to be appended.</summary>
    public RecordDraft Draft()
    {
        byte[] payload = Encode();
        return new RecordDraft { Type = RecordType.SettingChanged, Count = 1, Payload = payload, PayloadCrc = Checksum.Of(payload) };
    }

    public byte[] Encode()
    {
        ArrayBufferWriter<byte> buffer = new(128);
        StateWriter writer = new(buffer);
        writer.Byte(Version);
        writer.UInt64(Number);
        writer.UInt64((ulong)Time);
        WriteText(writer, By);
        WriteText(writer, Name);
        foreach (string? value in (string?[])[Before, After])
        {
            writer.Byte(value is null ? (byte)0 : (byte)1);
            if (value is not null)
                WriteText(writer, value);
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a payload that the log or a checkpoint holds.</summary>
    public static SettingChange Decode(ReadOnlySpan<byte> payload)
    {
        StateReader reader = new(payload);
        reader.ExpectVersion(Version, "a SettingChanged record");
        return new SettingChange
        {
            Number = reader.UInt64(),
            Time = (long)reader.UInt64(),
            By = ReadText(ref reader),
            Name = ReadText(ref reader),
            Before = reader.Byte() == 0 ? null : ReadText(ref reader),
            After = reader.Byte() == 0 ? null : ReadText(ref reader),
        };
    }

    internal static void WriteText(in StateWriter writer, string text) => writer.ShortBytes(Encoding.UTF8.GetBytes(text));

    internal static string ReadText(ref StateReader reader) => Encoding.UTF8.GetString(reader.ShortBytes());
}
