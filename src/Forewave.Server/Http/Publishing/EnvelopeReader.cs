using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Forewave.Client;
using Forewave.Protocol;
using Forewave.Server.Http.Requests;

namespace Forewave.Server.Http.Publishing;

/// <summary>
/// Reads messages out of JSON envelopes. Bodies that need no unescaping are left where they stand in the request's body; others
/// go into one rented array, which <see cref="Dispose"/> gives back. For one request, on one task.
/// </summary>
internal sealed class EnvelopeReader(ReadOnlyMemory<byte> json) : IDisposable
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    private byte[]? _unescaped;
    private int _used;

    /// <summary>One envelope, and nothing after it.</summary>
    /// <exception cref="ForewaveException"><c>RequestInvalid</c>, <c>FieldInvalid</c>.</exception>
    public Message ReadOne() => Guarded(static (EnvelopeReader envelopes, ref Utf8JsonReader reader) =>
    {
        reader.Read();
        return envelopes.ReadMessage(ref reader);
    });

    /// <summary>A list of envelopes, bare or as the field <c>messages</c> of an object.</summary>
    /// <exception cref="ForewaveException">As above; <c>TooManyMessages</c>.</exception>
    public List<Message> ReadMany() => Guarded(static (EnvelopeReader envelopes, ref Utf8JsonReader reader) =>
    {
        reader.Read();
        bool isWrapped = reader.TokenType == JsonTokenType.StartObject;
        if (isWrapped)
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("messages"u8))
                throw Invalid("The body is neither a list of messages nor an object with the field messages.");
            reader.Read();
        }
        var messages = envelopes.ReadList(ref reader);
        if (isWrapped && (!reader.Read() || reader.TokenType != JsonTokenType.EndObject))
            throw Invalid("The body has other fields than messages.");
        return messages;
    });

    public void Dispose()
    {
        if (_unescaped is not null)
            ArrayPool<byte>.Shared.Return(_unescaped);
        _unescaped = null;
    }

    private delegate T Reading<out T>(EnvelopeReader envelopes, ref Utf8JsonReader reader);

    private T Guarded<T>(Reading<T> read)
    {
        if (!Utf8.IsValid(json.Span))
            throw Invalid("The body is not UTF-8.");
        try
        {
            Utf8JsonReader reader = new(json.Span, Options);
            var value = read(this, ref reader);
            if (reader.Read())
                throw Invalid("The body goes on after its end.");
            return value;
        }
        catch (JsonException broken)
        {
            throw new ForewaveException(ErrorCode.RequestInvalid, JsonProblem.Of(broken), broken);
        }
        catch (InvalidOperationException broken)
        {
            // The reader's word for a text with half a surrogate pair.
            throw new ForewaveException(ErrorCode.RequestInvalid, "The body has a text that is no UTF-16.", broken);
        }
    }

    private List<Message> ReadList(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Invalid("The messages are not a list.");
        List<Message> messages = new(128);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (messages.Count == Limits.MessagesPerFrame)
                throw new ForewaveException(ErrorCode.TooManyMessages, "The body has more than 10,000 messages.");
            messages.Add(ReadMessage(ref reader));
        }
        return messages;
    }

    private Message ReadMessage(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Invalid("A message is not an object.");
        EnvelopeFields fields = default;
        bool hasBody = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (TryReadBody(ref reader, ref fields))
            {
                if (hasBody)
                    throw Invalid("A message has two bodies.");
                hasBody = true;
                continue;
            }
            fields.Read(ref reader);
        }
        return fields.ToMessage();
    }

    private bool TryReadBody(ref Utf8JsonReader reader, ref EnvelopeFields fields)
    {
        if (reader.ValueTextEquals("body"u8))
        {
            reader.Read();
            fields.Body = TextBytes(ref reader);
            return true;
        }
        if (reader.ValueTextEquals("bodyJson"u8))
        {
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            fields.Body = json[start..(int)reader.BytesConsumed];
            return true;
        }
        if (!reader.ValueTextEquals("bodyBase64"u8))
            return false;
        reader.Read();
        if (reader.TokenType != JsonTokenType.String || !reader.TryGetBytesFromBase64(out byte[]? bytes))
            throw FieldText.Wrong("bodyBase64", "a text in base64");
        fields.Body = bytes;
        return true;
    }

    private ReadOnlyMemory<byte> TextBytes(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw FieldText.Wrong("body", "a text; JSON goes into bodyJson, bytes into bodyBase64");
        if (!reader.ValueIsEscaped)
            return json.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
        // Unescaped it is shorter, so what all of them need together is less than the request's body.
        _unescaped ??= ArrayPool<byte>.Shared.Rent(json.Length);
        int length = reader.CopyString(_unescaped.AsSpan(_used));
        var bytes = _unescaped.AsMemory(_used, length);
        _used += length;
        return bytes;
    }

    private static ForewaveException Invalid(string detail) => new(ErrorCode.RequestInvalid, detail);
}
