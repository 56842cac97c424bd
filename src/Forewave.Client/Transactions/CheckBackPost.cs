using Forewave.Protocol;
using Forewave.Protocol.V1;

namespace Forewave.Client.Transactions;

/// <summary>
/// Takes the questions of one connection, and notes of which partition they are: by the time that they are asked the connection may be
/// gone. Thread-safe.
/// </summary>
/// <param name="answers">Who asks the program.</param>
/// <param name="partition">The partition of the connection.</param>
internal sealed class CheckBackPost(CheckBackAnswers answers, PartitionNumber partition) : ICheckBackHandler
{
    private static readonly ulong Latest = (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public void Asked(CheckBack question)
    {
        // What names no transaction cannot be answered.
        if (question.Transaction == 0)
        {
            return;
        }

        answers.Ask(new CheckBackQuestion
        {
            Transaction = new TransactionId(partition, LogPosition.FromBits(question.Transaction)),
            Begun = DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Min(question.BegunTime, Latest)),
            Check = (int)question.Check,
            Messages = (int)question.Messages,
        });
    }
}
