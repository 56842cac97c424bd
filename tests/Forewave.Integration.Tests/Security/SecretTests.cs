using System.Diagnostics;
using System.Text;
using Forewave.Client;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;

namespace Forewave.Integration.Tests.Security;

/// <summary>Secrets are nowhere but where they belong.</summary>
[Trait("Suite", "scenario")]
public sealed class SecretTests(SecureBroker broker) : IClassFixture<SecureBroker>
{
    private const string Wrong = "a wrong but well-known secret";

    [Fact]
    public async Task Secrets_are_in_no_log_metric_error_text_or_file()
    {
        string token = await broker.MakeAsync("seen", "publish:seen");
        string forged = token[..21] + new string('B', 43);
        List<string> seen = [];
        foreach (var credentials in new[]
        {
            ForewaveCredentials.Password(SecureBroker.Root, SecureBroker.Password), ForewaveCredentials.Password(new UserName("seen"), Wrong),
            ForewaveCredentials.Password(new UserName("ghost"), Wrong), ForewaveCredentials.Token(token), ForewaveCredentials.Token(forged),
        })
        {
            await using var client = broker.Client(credentials);
            seen.Add($"{credentials} {new ForewaveClientOptions { Credentials = credentials }} {await Record.ExceptionAsync(() => client.ConnectAsync().AsTask())}");
        }
        foreach (var http in new[] { broker.Http("root", SecureBroker.Password), broker.Http("seen", Wrong), broker.Http(token: token), broker.Http(token: forged) })
        {
            using (http)
            {
                foreach (string path in new[] { "/v1/queues", "/metrics", "/v1/nowhere" })
                {
                    using var answer = await http.GetAsync(path);
                    seen.Add($"{answer} {await answer.Content.ReadAsStringAsync()}");
                }
            }
        }
        string passwordFile = broker["seen.password"];
        await File.WriteAllTextAsync(passwordFile, SecureBroker.Password);
        var result = await ProgramProcess.RunAsync(["queue", "list", "--json", "--server", $"{broker.Broker.ListenAddress}", "--user", "root", "--password-file", passwordFile]);
        seen.Add(result.Output + result.Errors);
        seen.Add(broker.Logged);
        // The log and the checkpoints, byte for byte; LOCK has the process id, and the broker keeps it.
        seen.AddRange(Directory.EnumerateFiles(broker["data"], "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "LOCK").Select(ReadShared));

        string[] secrets = [SecureBroker.Password, Wrong, token, token[21..], forged, Convert.ToBase64String(Encoding.UTF8.GetBytes($"root:{SecureBroker.Password}"))];
        foreach (string secret in secrets)
            Assert.All(seen, text => Assert.False(text.Contains(secret, StringComparison.Ordinal), $"'{secret}' is in: {Around(text, secret)}"));
        Assert.Contains("AuthenticationFailed", broker.Logged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_are_in_no_list_of_processes()
    {
        string token = await broker.MakeAsync("listed", "consume:listed");
        string file = broker["listed.token"];
        await File.WriteAllTextAsync(file, token);
        await using var consumer = ProgramProcess.Start(["consume", "listed", "--group", "g", "--follow", "--server", $"{broker.Broker.ListenAddress}", "--token-file", file]);
        await using var root = broker.RootClient();
        while (!(await root.Administration.ListGroupsAsync()).Any(group => group.Queue.Value == "listed"))
            await Task.Yield();

        string arguments = string.Join('\n', Process.GetProcesses().Select(process => ReadOrNothing($"/proc/{process.Id}/cmdline")));

        Assert.Contains("--token-file", arguments, StringComparison.Ordinal);
        Assert.DoesNotContain(token, arguments, StringComparison.Ordinal);
    }

    private static string ReadShared(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using MemoryStream bytes = new();
        file.CopyTo(bytes);
        return Encoding.Latin1.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static string ReadOrNothing(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Around(string text, string secret)
    {
        int at = text.IndexOf(secret, StringComparison.Ordinal);
        return at < 0 ? "" : text.Substring(Math.Max(0, at - 100), Math.Min(100, at));
    }
}
