using System.Data.Common;
using Forewave.Client.Consuming;
using Forewave.Client.Hosting;
using Forewave.Protocol;

namespace Forewave.Outbox.Hosting;

/// <summary>
/// Decorates a handler: opens a connection and a transaction, records the message, lets the handler have its effect, commits. A message that
/// was recorded before is acked and nothing else. So an effect happens once, through redeliveries, crashes before and after the commit, and two
/// consumers that have the same message at once.
/// </summary>
/// <typeparam name="TMessage">What a body is.</typeparam>
/// <typeparam name="THandler">The handler's type.</typeparam>
/// <param name="inner">The handler.</param>
/// <param name="inbox">Where messages are recorded.</param>
/// <param name="options">The database.</param>
public sealed class InboxHandler<TMessage, THandler>(THandler inner, Inbox inbox, InboxOptions options) : IMessageHandler<TMessage>
    where THandler : class, IInboxHandler<TMessage>
{
    /// <inheritdoc/>
    public async ValueTask HandleAsync(TMessage value, ReceivedMessage message, CancellationToken cancellation)
    {
        DbConnection connection = options.Connect();
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            DbTransaction transaction = await connection.BeginTransactionAsync(options.Isolation, cancellation).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                if (!await inbox.TryRecordAsync(transaction, message, cancellation).ConfigureAwait(false))
                {
                    InboxTelemetry.NoteRepeated();
                    await transaction.RollbackAsync(CancellationToken.None).ConfigureAwait(false);
                    return;
                }

                await inner.HandleAsync(value, message, transaction, cancellation).ConfigureAwait(false);
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                InboxTelemetry.NoteRecorded();
            }
        }
    }
}
