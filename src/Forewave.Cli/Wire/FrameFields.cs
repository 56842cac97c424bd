using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Forewave.Protocol;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Cli.Wire;

/// <summary>
/// A frame's fields as JSON, under the names of the schema: those that are set, in the order of their numbers. Bytes are cut, messages
/// that are encoded in bytes are opened, secrets are masked, log positions are 16 hex digits as in message ids.
/// </summary>
internal sealed class FrameFields
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly int _maxBytes;

    /// <param name="maxBytes">So many bytes are shown of each field of bytes.</param>
    public FrameFields(int maxBytes) => _maxBytes = maxBytes;

    /// <summary>Writes an object.</summary>
    public void Write(Utf8JsonWriter writer, IMessage message)
    {
        writer.WriteStartObject();
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            object value = field.Accessor.GetValue(message);
            if (!IsSet(field, message, value))
                continue;
            writer.WritePropertyName(field.Name);
            if (!field.IsRepeated)
            {
                WriteValue(writer, field, value);
                continue;
            }
            writer.WriteStartArray();
            foreach (object element in (IEnumerable)value)
                WriteValue(writer, field, element);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private static bool IsSet(FieldDescriptor field, IMessage message, object? value) => value switch
    {
        null => false,
        IList list => list.Count > 0,
        _ when field.HasPresence => field.Accessor.HasValue(message),
        string text => text.Length > 0,
        ByteString bytes => bytes.Length > 0,
        bool flag => flag,
        Enum choice => Convert.ToInt32(choice, CultureInfo.InvariantCulture) != 0,
        IConvertible number => number.ToDecimal(CultureInfo.InvariantCulture) != 0,
        _ => true,
    };

    private void WriteValue(Utf8JsonWriter writer, FieldDescriptor field, object value)
    {
        switch (value)
        {
            case IMessage inner:
                Write(writer, inner);
                break;
            case ByteString bytes when IsSecret(field):
                writer.WriteStringValue($"({bytes.Length} bytes, not shown)");
                break;
            case ByteString bytes when IsMessage(field) && TryOpen(bytes, out var message):
                Write(writer, message);
                break;
            case ByteString bytes:
                WriteBytes(writer, bytes.Span);
                break;
            case ulong position when field.FieldType == FieldType.Fixed64:
                writer.WriteStringValue(LogPosition.FromBits(position).ToString());
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case Enum choice:
                writer.WriteStringValue(NameOf(field, Convert.ToInt32(choice, CultureInfo.InvariantCulture)));
                break;
            default:
                writer.WriteRawValue(Convert.ToString(value, CultureInfo.InvariantCulture)!);
                break;
        }
    }

    private void WriteBytes(Utf8JsonWriter writer, ReadOnlySpan<byte> bytes)
    {
        bool isCut = bytes.Length > _maxBytes;
        var shown = isCut ? bytes[.._maxBytes] : bytes;
        writer.WriteStartObject();
        writer.WriteNumber("bytes", bytes.Length);
        if (TextOf(shown, isCut) is { } text)
            writer.WriteString("text", text);
        else
            writer.WriteString("hex", Convert.ToHexStringLower(shown));
        if (isCut)
            writer.WriteBoolean("cut", true);
        writer.WriteEndObject();
    }

    // Null: it is no text for a terminal. The cut may have gone through a letter.
    private static string? TextOf(ReadOnlySpan<byte> bytes, bool isCut)
    {
        for (int dropped = 0; dropped <= (isCut ? 3 : 0) && dropped <= bytes.Length; dropped++)
        {
            try
            {
                string text = Strict.GetString(bytes[..^dropped]);
                return text.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t')) ? null : text;
            }
            catch (DecoderFallbackException)
            {
                // One byte less may end with a whole letter.
            }
        }
        return null;
    }

    private static bool IsSecret(FieldDescriptor field) => field.ContainingType.Name == V1.Hello.Descriptor.Name && field.Name == "secret";

    private static bool IsMessage(FieldDescriptor field) =>
        field.Name == "messages" && (field.ContainingType.Name == V1.PublishBatch.Descriptor.Name || field.ContainingType.Name == V1.DeliveredRun.Descriptor.Name);

    private static bool TryOpen(ByteString bytes, out V1.Message message)
    {
        try
        {
            message = V1.Message.Parser.ParseFrom(bytes);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            message = new V1.Message();
            return false;
        }
    }

    // SETTLE_VERB_ACK is ack; a number that is no choice stays one.
    private static string NameOf(FieldDescriptor field, int number)
    {
        string? name = field.EnumType.FindValueByNumber(number)?.Name;
        return name is null ? number.ToString(CultureInfo.InvariantCulture) : name[Prefix(field.EnumType).Length..].ToLowerInvariant();
    }

    private static string Prefix(EnumDescriptor choices)
    {
        string first = choices.FindValueByNumber(0)?.Name ?? "";
        return first.EndsWith("UNSPECIFIED", StringComparison.Ordinal) ? first[..^"UNSPECIFIED".Length] : "";
    }
}
