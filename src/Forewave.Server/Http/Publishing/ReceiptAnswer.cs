using System.Buffers;
using System.Text.Json;
using Forewave.Client;
using Forewave.Protocol;
using Forewave.Server.Http.Answers;
using Forewave.Server.Http.Requests;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Publishing;

/// <summary>Receipts in JSON.</summary>
internal static class ReceiptAnswer
{
    private const int MostBytes = 128;

    /// <summary>Answers with the receipt of one message: 201, or 200 where it was stored before. Allocates nothing.</summary>
    public static void Write(HttpResponse response, in Receipt receipt)
    {
        var span = response.BodyWriter.GetSpan(MostBytes);
        int length = Append(span, 0, "{\"messageId\":\""u8);
        receipt.MessageId.TryFormat(span[length..], out int idLength);
        length = Append(span, length + idLength, "\",\"durability\":\""u8);
        length = Append(span, length, NameOf(receipt.Durability));
        length = Append(span, length, "\""u8);
        length = Append(span, length, receipt.IsDuplicate ? ",\"duplicate\":true}\n"u8 : "}\n"u8);
        response.StatusCode = receipt.IsDuplicate ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        response.ContentType = ContentTypes.Json;
        response.ContentLength = length;
        response.BodyWriter.Advance(length);
    }

    /// <summary>Answers with what became of each message: 201, or 207 where some were refused.</summary>
    public static void Write(HttpResponse response, BatchReceipts receipts)
    {
        response.StatusCode = receipts.AnyFailed ? StatusCodes.Status207MultiStatus : StatusCodes.Status201Created;
        response.ContentType = ContentTypes.Json;
        using (Utf8JsonWriter writer = new(response.BodyWriter, JsonAnswer.Options))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("results");
            for (int i = 0; i < receipts.Count; i++)
                Write(writer, receipts[i], receipts.ErrorOf(i));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        response.BodyWriter.Write("\n"u8);
    }

    private static void Write(Utf8JsonWriter writer, in Receipt receipt, ForewaveException? error)
    {
        writer.WriteStartObject();
        if (error is not null)
        {
            writer.WritePropertyName("error");
            ProblemAnswer.Write(writer, error);
        }
        else
        {
            Span<byte> id = stackalloc byte[MessageId.MaxTextLength];
            receipt.MessageId.TryFormat(id, out int length);
            writer.WriteString("messageId"u8, id[..length]);
            writer.WriteString("durability"u8, NameOf(receipt.Durability));
            if (receipt.IsDuplicate)
                writer.WriteBoolean("duplicate"u8, true);
        }
        writer.WriteEndObject();
    }

    private static ReadOnlySpan<byte> NameOf(Durability durability) => durability switch
    {
        Durability.Memory => "memory"u8,
        Durability.MasterSynced => "master-synced"u8,
        Durability.SlaveReceived => "slave-received"u8,
        _ => "synced"u8,
    };

    private static int Append(Span<byte> destination, int at, ReadOnlySpan<byte> text)
    {
        text.CopyTo(destination[at..]);
        return at + text.Length;
    }
}
