using System.CommandLine;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave transaction</c>.</summary>
internal static class TransactionVerbs
{
    /// <summary>The verb with its own verbs.</summary>
    public static Command Create() => new("transaction", "Transactions that are not decided")
    {
        TransactionListVerb.Create(), TransactionShowVerb.Create(), TransactionCommitVerb.Create(), TransactionRollbackVerb.Create(),
    };

    /// <summary>The id of a transaction.</summary>
    public static Argument<TransactionId> IdArgument() => new("ID")
    {
        Description = "the transaction's id",
        CustomParser = static result =>
        {
            if (TransactionId.TryParse(result.Tokens[0].Value, out var id))
                return id;
            result.AddError(UsageException.Numbered(ErrorCode.FieldInvalid, "no transaction id: such as 0-0000100000000006"));
            return default;
        },
    };
}
