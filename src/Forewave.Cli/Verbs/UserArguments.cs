using System.CommandLine;
using System.CommandLine.Parsing;
using Forewave.Protocol;
using Forewave.Protocol.Access;

namespace Forewave.Cli.Verbs;

/// <summary>Users and grants on the command line.</summary>
internal static class UserArguments
{
    private const string GrantHelp = "RIGHT[,RIGHT...]:QUEUES: publish, consume, manage, operate or all (the first three), on a queue, on orders.* or on *";

    /// <summary>A user's name.</summary>
    public static Argument<UserName> Name() => new("USER")
    {
        Description = "the user's name",
        CustomParser = static result =>
        {
            if (UserName.TryParse(result.Tokens[0].Value, out var name))
                return name;
            result.AddError(UsageException.Numbered(ErrorCode.UserInvalid, $"'{result.Tokens[0].Value}' is no name of a user: [a-z0-9][a-z0-9._@-]{{0,63}}"));
            return default;
        },
    };

    /// <summary>One grant or more.</summary>
    public static Argument<AccessGrant[]> Grants() => new("GRANT") { Description = GrantHelp, Arity = ArgumentArity.OneOrMore, CustomParser = Read };

    /// <summary>As many grants as wanted.</summary>
    public static Option<AccessGrant[]> GrantOption() => new("--grant") { Description = GrantHelp, HelpName = "GRANT", CustomParser = Read };

    private static AccessGrant[] Read(ArgumentResult result)
    {
        try
        {
            return [.. result.Tokens.Select(token => AccessGrant.Parse(token.Value))];
        }
        catch (ForewaveException wrong)
        {
            result.AddError(wrong.Message);
            return [];
        }
    }
}
