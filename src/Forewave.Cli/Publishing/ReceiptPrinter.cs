using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Forewave.Cli.Output;
using Forewave.Client;
using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Server.Configuration;

namespace Forewave.Cli.Publishing;

/// <summary>
/// Prints the ids of messages in the order in which they were published; a message's token is its number from 0. Receipts come
/// one at a time; those that come before an earlier one's are kept. The first failure is remembered, with nothing printed
/// for the message.
/// </summary>
internal sealed class ReceiptPrinter(OutputBuffer output, bool json) : IPublishObserver
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Receipt?> _early = [];
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _expected = long.MaxValue;
    private long _next;

    /// <summary>Messages with a receipt.</summary>
    public long Stored { get; private set; }

    /// <summary>Messages that failed.</summary>
    public long Failures { get; private set; }

    /// <summary>Why the first did.</summary>
    public ForewaveException? FirstFailure { get; private set; }

    /// <summary>Completes when the outcomes of so many messages have come: a flushed producer may still be telling of the last.</summary>
    public Task WaitForAsync(long messages)
    {
        lock (_gate)
        {
            _expected = messages;
            CompleteIfAll();
        }
        return _all.Task;
    }

    /// <inheritdoc/>
    void IPublishObserver.Stored(in Receipt receipt, long token)
    {
        lock (_gate)
        {
            Stored++;
            Take(receipt, token);
            CompleteIfAll();
        }
    }

    /// <inheritdoc/>
    void IPublishObserver.Failed(ForewaveException error, long token)
    {
        lock (_gate)
        {
            Failures++;
            FirstFailure ??= error;
            Take(null, token);
            CompleteIfAll();
        }
    }

    private void CompleteIfAll()
    {
        if (_next >= _expected)
            _all.TrySetResult();
    }

    private void Take(Receipt? receipt, long token)
    {
        if (token != _next)
        {
            _early.Add(token, receipt);
            return;
        }
        Print(receipt);
        while (_early.Remove(++_next, out var kept))
            Print(kept);
        if (output.IsDue)
            output.Flush();
    }

    private void Print(Receipt? receipt)
    {
        if (receipt is not { } stored)
            return;
        if (json)
            PrintJson(stored);
        else
            PrintText(stored.MessageId);
    }

    private void PrintText(MessageId id)
    {
        Span<byte> text = stackalloc byte[MessageId.MaxTextLength];
        Utf8.TryWrite(text, $"{id}", out int length);
        output.AppendLine(text[..length]);
    }

    private void PrintJson(Receipt receipt)
    {
        _line.ResetWrittenCount();
        using (Utf8JsonWriter writer = new(_line))
        {
            writer.WriteStartObject();
            writer.WriteString("messageId", receipt.MessageId.ToString());
            writer.WriteString("durability", DurabilityText.Of(receipt.Durability));
            writer.WriteBoolean("duplicate", receipt.IsDuplicate);
            writer.WriteEndObject();
        }
        output.AppendLine(_line.WrittenSpan);
    }
}
