using System.Text;
using Forewave.Client.Connections;
using Forewave.Protocol;
using Microsoft.Extensions.Options;

namespace Forewave.Client.Hosting;

/// <summary>Refuses at the start of the host what no client could work with.</summary>
internal sealed class SettingsCheck : IValidateOptions<ForewaveSettings>
{
    private const int MaxNameBytes = 64;

    public ValidateOptionsResult Validate(string? name, ForewaveSettings options)
    {
        List<string> wrong = [];
        if (options.Server is { } server && ServerProblem(server) is { } problem)
        {
            wrong.Add($"{ForewaveSettings.Section}:{nameof(options.Server)} is not host:port[,host:port…] or dns://name:port: {problem}");
        }

        if (options.Name is { } given && Encoding.UTF8.GetByteCount(given) is 0 or > MaxNameBytes)
        {
            wrong.Add($"{ForewaveSettings.Section}:{nameof(options.Name)} is not 1 to {MaxNameBytes} bytes long.");
        }

        if (CredentialProblem(options) is { } unclear)
        {
            wrong.Add($"{ForewaveSettings.Section}: {unclear}");
        }

        Check(nameof(options.ConnectTimeout), options.ConnectTimeout);
        Check(nameof(options.RequestTimeout), options.RequestTimeout);
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);

        void Check(string setting, TimeSpan? length)
        {
            if (length <= TimeSpan.Zero)
            {
                wrong.Add($"{ForewaveSettings.Section}:{setting} is not longer than zero.");
            }
        }
    }

    private static string? CredentialProblem(ForewaveSettings options)
    {
        try
        {
            options.ToCredentials();
            return null;
        }
        catch (ArgumentException)
        {
            return $"give {nameof(options.Token)} or {nameof(options.TokenFile)}, or {nameof(options.User)} with {nameof(options.Password)} or {nameof(options.PasswordFile)}, and no more.";
        }
    }

    private static string? ServerProblem(string server)
    {
        try
        {
            return ServerAddress.Parse(server).Count == 0 ? "it names none" : null;
        }
        catch (Exception problem) when (problem is ArgumentException or ForewaveException)
        {
            return problem.Message;
        }
    }
}
