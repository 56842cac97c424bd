using System.Text.Unicode;
using Google.Protobuf.Reflection;

namespace Forewave.Protocol.Frames;

/// <summary>
/// Whether every text of an encoded message is UTF-8. The generated C# parsers replace what is not, where those of other
/// languages refuse it: without this check two different names could become one.
/// </summary>
internal static class TextCheck
{
    /// <summary>Walks what a generated parser has accepted; so its depth is bounded by the parser's.</summary>
    public static bool IsValid(MessageDescriptor descriptor, ReadOnlySpan<byte> encoded)
    {
        var reader = new ProtoReader(encoded);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out uint tag))
                return false;
            var field = (tag & 7) == ProtoTag.Bytes ? descriptor.FindFieldByNumber((int)(tag >> 3)) : null;
            if (field?.FieldType is not (FieldType.String or FieldType.Message))
            {
                if (!reader.TrySkip(tag))
                    return false;
                continue;
            }
            if (!reader.TryReadBytes(out var value))
                return false;
            if (!(field.FieldType == FieldType.String ? Utf8.IsValid(value) : IsValid(field.MessageType, value)))
                return false;
        }
        return true;
    }
}
