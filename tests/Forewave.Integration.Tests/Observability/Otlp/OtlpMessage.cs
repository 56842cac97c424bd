using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;

namespace Forewave.Integration.Tests.Observability.Otlp;

/// <summary>
/// An encoded message of OpenTelemetry's protocol, by the numbers of its fields: read by hand, so that what the broker sends is not judged
/// by the library that writes it.
/// </summary>
internal sealed class OtlpMessage
{
    private readonly List<(int Field, ulong Number, byte[] Bytes)> _fields = [];

    /// <exception cref="InvalidProtocolBufferException">It is none.</exception>
    public OtlpMessage(byte[] encoded)
    {
        CodedInputStream input = new(encoded);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            int field = WireFormat.GetTagFieldNumber(tag);
            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.Varint:
                    _fields.Add((field, input.ReadUInt64(), []));
                    break;
                case WireFormat.WireType.Fixed64:
                    _fields.Add((field, input.ReadFixed64(), []));
                    break;
                case WireFormat.WireType.Fixed32:
                    _fields.Add((field, input.ReadFixed32(), []));
                    break;
                default:
                    _fields.Add((field, 0, input.ReadBytes().ToByteArray()));
                    break;
            }
        }
    }

    /// <summary>Whether a field is there.</summary>
    public bool Has(int field) => _fields.Exists(one => one.Field == field);

    /// <summary>The messages of a field.</summary>
    public IEnumerable<OtlpMessage> All(int field) => _fields.Where(one => one.Field == field).Select(one => new OtlpMessage(one.Bytes));

    /// <summary>The message of a field; an empty one where it is not there.</summary>
    public OtlpMessage One(int field) => All(field).LastOrDefault() ?? new OtlpMessage([]);

    /// <summary>The bytes of a field, as hex digits.</summary>
    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field));

    /// <summary>The text of a field; empty where it is not there.</summary>
    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    /// <summary>The number of a field; 0 where it is not there.</summary>
    public long Number(int field) => (long)_fields.Where(one => one.Field == field).Select(one => one.Number).LastOrDefault();

    /// <summary>The number with a fraction of a field.</summary>
    public double Double(int field) => BitConverter.Int64BitsToDouble(Number(field));

    /// <summary>The packed 64-bit numbers of a field.</summary>
    public ulong[] Packed(int field)
    {
        byte[] bytes = Bytes(field);
        return [.. Enumerable.Range(0, bytes.Length / 8).Select(i => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(8 * i)))];
    }

    /// <summary>The attributes of a field, as texts.</summary>
    public Dictionary<string, string> Attributes(int field) => All(field).ToDictionary(pair => pair.Text(1), pair => TextOf(pair.One(2)));

    private static string TextOf(OtlpMessage value) => value.Has(1) ? value.Text(1)
        : value.Has(2) ? value.Number(2) == 1 ? "true" : "false"
        : value.Has(3) ? value.Number(3).ToString(System.Globalization.CultureInfo.InvariantCulture)
        : value.Double(4).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private byte[] Bytes(int field) => _fields.Where(one => one.Field == field).Select(one => one.Bytes).LastOrDefault() ?? [];
}
