using System.Text;
using System.Text.Json;
using Forewave.Client;
using Forewave.Protocol;
using Forewave.Server.Http.Requests;

namespace Forewave.Server.Http.Publishing;

/// <summary>The fields of one envelope while they are read.</summary>
internal struct EnvelopeFields
{
    private const int MostListed = 256;

    private string[]? _keys;
    private string? _tag;
    private string? _orderingKey;
    private string? _deduplicationId;
    private int? _priority;
    private DateTimeOffset? _deliverAt;
    private DateTimeOffset? _expiresAt;
    private TimeSpan _delay;
    private TimeSpan _timeToLive;
    private List<KeyValuePair<string, ReadOnlyMemory<byte>>>? _headers;

    /// <summary>The body; empty where there is none.</summary>
    public ReadOnlyMemory<byte> Body;

    /// <summary>Reads the field that the reader stands at.</summary>
    /// <exception cref="ForewaveException"><c>RequestInvalid</c>: there is none of that name; <c>FieldInvalid</c>.</exception>
    public void Read(ref Utf8JsonReader reader)
    {
        string name = reader.GetString()!;
        reader.Read();
        switch (name)
        {
            case "keys":
                _keys = TextsOf(ref reader);
                break;
            case "tag":
                _tag = TextOf(ref reader, name);
                break;
            case "orderingKey":
                _orderingKey = TextOf(ref reader, name);
                break;
            case "deduplicationId":
                _deduplicationId = TextOf(ref reader, name);
                break;
            case "priority":
                _priority = PriorityOf(ref reader);
                break;
            case "headers":
                _headers = HeadersOf(ref reader);
                break;
            default:
                ReadTime(ref reader, name);
                break;
        }
    }

    /// <summary>The message.</summary>
    public readonly Message ToMessage() => new(Body)
    {
        Keys = _keys,
        Tag = _tag,
        OrderingKey = _orderingKey,
        DeduplicationId = _deduplicationId,
        Priority = _priority,
        DeliverAt = _deliverAt,
        ExpiresAt = _expiresAt,
        Delay = _delay,
        TimeToLive = _timeToLive,
        Headers = _headers?.ToArray(),
    };

    private void ReadTime(ref Utf8JsonReader reader, string name)
    {
        switch (name)
        {
            case "deliverAt":
                _deliverAt = FieldText.Time(name, TextOf(ref reader, name));
                break;
            case "expiresAt":
                _expiresAt = FieldText.Time(name, TextOf(ref reader, name));
                break;
            case "delay":
                _delay = FieldText.Duration(name, TextOf(ref reader, name));
                break;
            case "timeToLive":
                _timeToLive = FieldText.Duration(name, TextOf(ref reader, name));
                break;
            default:
                throw new ForewaveException(ErrorCode.RequestInvalid, $"A message has the field '{(name.Length <= 64 ? name : name[..64])}', which there is not.");
        }
    }

    private static string TextOf(ref Utf8JsonReader reader, string name)
    {
        string? text = reader.TokenType == JsonTokenType.String ? reader.GetString() : throw FieldText.Wrong(name, "a text");
        return text!.Length > 0 ? text : throw FieldText.Wrong(name, "a text of at least one character");
    }

    private static int PriorityOf(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int value) && value is >= 0 and <= Limits.MaxPriority
            ? value
            : throw FieldText.Wrong("priority", "a number from 0 to 9");

    private static string[] TextsOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw FieldText.Wrong("keys", "a list of texts");
        List<string> texts = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (texts.Count == MostListed)
                throw new ForewaveException(ErrorCode.TooManyKeys);
            texts.Add(TextOf(ref reader, "keys"));
        }
        return [.. texts];
    }

    private static List<KeyValuePair<string, ReadOnlyMemory<byte>>> HeadersOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw FieldText.Wrong("headers", "a list of objects with name and value");
        List<KeyValuePair<string, ReadOnlyMemory<byte>>> headers = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (headers.Count == MostListed)
                throw new ForewaveException(ErrorCode.HeadersTooLarge);
            headers.Add(HeaderOf(ref reader));
        }
        return headers;
    }

    // As messages are shown: {"name":"a","value":"text"} or {"name":"a","valueBase64":"…"}.
    private static KeyValuePair<string, ReadOnlyMemory<byte>> HeaderOf(ref Utf8JsonReader reader)
    {
        string? name = null;
        byte[]? value = null;
        bool isObject = reader.TokenType == JsonTokenType.StartObject;
        while (isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string field = reader.GetString()!;
            bool isText = reader.Read() && reader.TokenType == JsonTokenType.String;
            if (isText && field == "name")
                name = reader.GetString();
            else if (isText && field == "value")
                value = Encoding.UTF8.GetBytes(reader.GetString()!);
            else if (!isText || field != "valueBase64" || !reader.TryGetBytesFromBase64(out value))
                throw FieldText.Wrong("headers", "a list of objects with name and value or valueBase64");
        }
        return name is null || value is null
            ? throw FieldText.Wrong("headers", "a list of objects with name and value or valueBase64")
            : new(name, value);
    }
}
