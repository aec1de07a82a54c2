import { createServer } from "node:http";
import { assign } from "./moorings.js";

const moorings = [6, 8, 12, 20];

createServer((request, response) => {
  const mooring = assign(moorings, Number(request.url.slice(1)) || 0);
  response.statusCode = mooring ? 200 : 404;
  response.end(mooring ? `${mooring} m\n` : "no mooring is long enough\n");
}).listen(process.env.PORT ?? 8000);
