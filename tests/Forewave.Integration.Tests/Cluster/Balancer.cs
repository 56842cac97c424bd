using System.Diagnostics;
using System.Net.Sockets;
using Forewave.Integration.Tests.Processes;

namespace Forewave.Integration.Tests.Cluster;

/// <summary>nginx before the HTTP ports of brokers, one request after the other to the next of them; on a socket in a folder of its own. For one test.</summary>
internal sealed class Balancer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;
    private readonly Task<string> _errors;

    private Balancer(IEnumerable<string> brokers)
    {
        File.WriteAllText(_folder["nginx.conf"], Configuration(brokers));
        ProcessStartInfo start = new("nginx") { RedirectStandardError = true, UseShellExecute = false };
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        foreach (string argument in (string[])["-p", _folder.Path, "-c", _folder["nginx.conf"], "-e", "stderr"])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start) ?? throw new InvalidOperationException("nginx did not start");
        _errors = _process.StandardError.ReadToEndAsync();
        SocketsHttpHandler handler = new()
        {
            ConnectCallback = async (_, cancellation) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(_folder["http"]), cancellation);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        Client = new HttpClient(handler) { BaseAddress = new Uri("http://balancer"), Timeout = Patience };
    }

    /// <summary>Asks through it.</summary>
    public HttpClient Client { get; }

    public static async Task<Balancer> StartedAsync(IEnumerable<ServerProcess> brokers)
    {
        Balancer balancer = new(brokers.Select(broker => broker.HttpAddress));
        await Watching.UntilAsync(
            () => File.Exists(balancer._folder["http"]) || balancer._process.HasExited, Patience, () => "nginx does not listen");
        Assert.False(balancer._process.HasExited, balancer._process.HasExited ? await balancer._errors : "");
        return balancer;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    // What docs/guides/http.md says of nginx, with more than one broker. One process that stays in the foreground ends when it is killed.
    private string Configuration(IEnumerable<string> brokers) => $$"""
        daemon off;
        master_process off;
        pid {{_folder["pid"]}};
        events { worker_connections 512; }
        http {
            access_log off;
            client_body_temp_path {{_folder["body"]}};
            proxy_temp_path {{_folder["proxy"]}};
            fastcgi_temp_path {{_folder["fastcgi"]}};
            uwsgi_temp_path {{_folder["uwsgi"]}};
            scgi_temp_path {{_folder["scgi"]}};
            upstream brokers { {{string.Concat(brokers.Select(broker => $"server {broker}; "))}}}
            server {
                listen unix:{{_folder["http"]}};
                client_max_body_size 8m;
                location / {
                    proxy_pass http://brokers;
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_set_header Host localhost;
                    proxy_read_timeout 90s;
                }
            }
        }
        """;
}
