using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Forewave.Integration.Tests.Wire;

/// <summary>Messages of the schema with something in every field.</summary>
internal static class SchemaFilling
{
    private const int Deepest = 4;

    /// <summary>One.</summary>
    public static IMessage Of(MessageDescriptor type, int depth)
    {
        IMessage message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in type.Fields.InFieldNumberOrder())
        {
            if (depth >= Deepest && field.FieldType == FieldType.Message)
                continue;
            if (field.IsRepeated)
                ((IList)field.Accessor.GetValue(message)).Add(ValueOf(field, depth));
            else
                field.Accessor.SetValue(message, ValueOf(field, depth));
        }
        return message;
    }

    private static object ValueOf(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.Message => Of(field.MessageType, depth + 1),
        FieldType.String => "text",
        FieldType.Bytes => ByteString.CopyFrom(1, 2, 3),
        FieldType.Bool => true,
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, 1),
        FieldType.Double => 1.5,
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => 1,
        FieldType.UInt32 or FieldType.Fixed32 => 1u,
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => 1L,
        _ => 1ul,
    };
}
